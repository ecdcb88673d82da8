package store

// Submission lists what submitting a sheet sends to the database, in order,
// each statement one round trip. It is what the benchmark gives to pgbench, so
// that both do the same work.
func Submission() []string {
	return []string{findSession, `begin`, enter, selectSheet + ownSheetLock, updateSheet, `commit`}
}
