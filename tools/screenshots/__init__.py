"""What take_screenshots.py shows: a studio, chats to be looked at, and scenes."""
