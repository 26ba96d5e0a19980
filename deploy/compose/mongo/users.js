// Run once, by the image, when the database is new: each service's user may do anything in its own database, and nothing else.
const services = {
  connector: ["tandem_connector", process.env.MONGO_PASSWORD_CONNECTOR],
  mapper: ["tandem_mapper", process.env.MONGO_PASSWORD_MAPPER],
  "activity-store": ["tandem_activity_store", process.env.MONGO_PASSWORD_ACTIVITY_STORE],
};
const admin = db.getSiblingDB("admin");
for (const [user, [database, pwd]] of Object.entries(services)) {
  admin.createUser({ user, pwd, roles: [{ role: "readWrite", db: database }], mechanisms: ["SCRAM-SHA-256"] });
}
