package store_test

import (
	"flag"
	"testing"

	"appointable/internal/store/storetest"
)

func TestMain(m *testing.M) {
	// Few examples, each of many statements. The command line, read later, wins.
	for name, value := range map[string]string{"rapid.checks": "20", "rapid.steps": "80"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	storetest.Main(m, &server)
}

// server is the one PostgreSQL of this test binary; TestMain starts it.
var server storetest.Server
