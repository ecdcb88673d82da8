package store_test

import (
	"testing"

	"appointable/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m, &server) }

// server is the one PostgreSQL of this test binary; TestMain starts it.
var server storetest.Server
