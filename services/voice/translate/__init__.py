"""Between the API's messages and the service's own words."""
