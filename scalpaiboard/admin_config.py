"""The admin app, with the site of this product."""

from django.contrib.admin.apps import AdminConfig


class BoardAdminConfig(AdminConfig):
    """The admin app; not in `apps.py`, where Django would look for our own."""

    default_site = "scalpaiboard.admin_site.BoardAdminSite"
