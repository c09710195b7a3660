"""Names of tenants in keys of the object store."""

from urllib.parse import quote


def tenant_folder(tenant: str) -> str:
    """Returns a tenant's name as one segment of an object key; different tenants have different segments."""
    name = quote(tenant, safe="").replace("~", "%7E").replace("%", "~")
    return name if name.strip(".") else name.replace(".", "~2E")
