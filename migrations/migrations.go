// Package migrations carries the schema: numbered SQL for goose, and roles.sql,
// which makes the groups and logins that the migrations grant to.
package migrations

import "embed"

// Files are the migrations, in the order of their numbers.
//
//go:embed 0*.sql
var Files embed.FS

// Roles is the idempotent step before the first migration.
//
//go:embed roles.sql
var Roles string
