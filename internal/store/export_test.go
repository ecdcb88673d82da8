package store

// Unchecked is the same database without the program's check of actions, as if
// every use case had forgotten it.
func (db *DB) Unchecked() *DB {
	return &DB{Now: db.Now, db: db.db, wire: db.wire, unchecked: true}
}

// Unchecked is the same vault without the program's check of actions.
func (v *Vault) Unchecked() *Vault { return &Vault{Now: v.Now, db: v.db.Unchecked()} }
