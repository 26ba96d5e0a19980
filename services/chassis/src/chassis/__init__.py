"""What every service stands on (the microservice chassis pattern); no word of the business in it."""
