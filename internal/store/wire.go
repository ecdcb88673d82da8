package store

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// wire dials the database and counts round trips: a read that follows a write.
// They are what a submission costs most, and the benchmark holds them to six.
type wire struct {
	trips atomic.Int64
}

// Dial is for drivers without contexts.
func (w *wire) Dial(network, address string) (net.Conn, error) {
	return w.DialContext(context.Background(), network, address)
}

// DialTimeout is for drivers without contexts.
func (w *wire) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return w.DialContext(ctx, network, address)
}

// DialContext connects and counts.
func (w *wire) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &countingConn{Conn: c, wire: w}, nil
}

// countingConn is used by one goroutine at a time, as database/sql promises,
// but for the one that cancels by deadline, which neither reads nor writes.
type countingConn struct {
	net.Conn
	wire  *wire
	asked atomic.Bool
}

func (c *countingConn) Write(b []byte) (int, error) {
	c.asked.Store(true)
	return c.Conn.Write(b)
}

func (c *countingConn) Read(b []byte) (int, error) {
	if c.asked.CompareAndSwap(true, false) {
		c.wire.trips.Add(1)
	}
	return c.Conn.Read(b)
}
