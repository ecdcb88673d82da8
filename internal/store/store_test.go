package store_test

import (
	"flag"
	"testing"

	"appointable/internal/store/storetest"
)

func TestMain(m *testing.M) {
	// Each example is many statements. The command line, read later, wins.
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
	storetest.Main(m, &server)
}

// server is the one PostgreSQL of this test binary; TestMain starts it.
var server storetest.Server
