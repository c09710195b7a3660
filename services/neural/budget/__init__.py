"""Budget control: spending, the controller and the cost weights."""
