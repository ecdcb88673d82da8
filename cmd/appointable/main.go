// Appointable selects consultants, other senior doctors and medical leaders by
// a trust's values. This is its one program: `appointable help` lists what it
// does.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // times are shown in Europe/London, on machines without time zone data too
)

func main() {
	// The first signal asks; a second one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, colour: isTerminal(os.Stdout)})
	stop()
	os.Exit(code)
}
