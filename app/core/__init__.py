"""What the application knows and keeps: plain Python without Qt."""
