"""What a machine is given: systemd units, the installer, the container file."""
