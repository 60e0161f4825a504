"""The AWS CDK construct and stack that deploy the guard."""
