"""Amazon ECR: references, push events, marks, images and repositories."""
