"""Evaluates container images in Amazon ECR and explains failed image pulls in Amazon ECS."""
