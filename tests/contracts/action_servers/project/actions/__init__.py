"""What is served in these tests."""
