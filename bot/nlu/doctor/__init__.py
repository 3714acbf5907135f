"""What is wrong with training examples, and what a trainer can do about it. It changes nothing."""
