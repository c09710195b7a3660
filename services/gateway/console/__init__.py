"""The console: pages where admins and experts see the loop. All numbers come by calls."""
