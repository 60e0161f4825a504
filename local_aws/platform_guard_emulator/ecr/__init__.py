"""Amazon ECR's image and layer operations, as documented, in place of moto's."""
