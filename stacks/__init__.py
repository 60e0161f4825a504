"""What is deployed to AWS, as a CDK stack."""
