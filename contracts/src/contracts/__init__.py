"""What crosses a service border: message models, topics as data, schemas, examples."""
