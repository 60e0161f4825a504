"""`platform-guard audit`: evaluates every tagged image in Amazon ECR."""
