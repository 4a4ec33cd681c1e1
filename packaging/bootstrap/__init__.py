"""What start.py does: system packages, the environment, the build, the checks."""
