// Everything that differs between machines comes from the environment.
const { defineConfig } = require("@medusajs/framework/utils")

module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { connection: { ssl: false } },
    http: {
      host: "127.0.0.1",
      port: Number(process.env.MEDUSA_PORT),
      adminCors: "",
      authCors: "",
      storeCors: "",
      cookieSecret: "for a test on loopback",
      jwtSecret: "for a test on loopback",
    },
  },
})
