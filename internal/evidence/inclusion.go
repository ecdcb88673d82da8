package evidence

import (
	"bytes"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"appointable/internal/audit"
)

func (v *verification) proven() {
	v.check("inclusion", "Every event stands in the log, at the position that its proof gives.", func(c *Check) {
		of := v.byLog()
		for i, f := range v.sealed.former {
			v.provenIn(c, v.sealed.proofsFile(i), of[i], f.Last.Checkpoint)
		}
		v.provenIn(c, "proofs.jsonl", of[len(v.sealed.former)], v.logged.Now.Checkpoint)
	})
}

// byLog sorts the events, by their indexes in all(), by the log that holds
// them; what none holds counts with the current one, where it fails.
func (v *verification) byLog() [][]int {
	former := make([]map[tlog.Hash]bool, len(v.sealed.former))
	for i, f := range v.sealed.former {
		former[i] = map[tlog.Hash]bool{}
		for _, h := range f.Leaves {
			former[i][h] = true
		}
	}
	current := map[tlog.Hash]bool{}
	for _, h := range v.logged.Leaves {
		current[h] = true
	}
	of := make([][]int, len(former)+1)
	for i, e := range v.all() {
		h, log := e.Leaf.Hash(), len(former)
		if !current[h] {
			if k := slices.IndexFunc(former, func(leaves map[tlog.Hash]bool) bool { return leaves[h] }); k >= 0 {
				log = k
			}
		}
		of[log] = append(of[log], i)
	}
	return of
}

func (v *verification) provenIn(c *Check, file string, events []int, signed audit.Checkpoint) {
	if proofs := bytes.Count(v.files[file], []byte("\n")); proofs != len(events) {
		c.fail(file, "there are %d proofs for %d events", proofs, len(events))
		return
	}
	lines := bytes.Split(v.files[file], []byte("\n"))
	for n, i := range events {
		where, e := fmt.Sprintf("%s:%d", file, n+1), v.all()[i]
		var proof audit.Inclusion
		if err := strictJSON(lines[n], &proof); err != nil {
			c.fail(where, "this is no proof: %s", err)
		} else if err := proof.Check(e.Leaf.Hash(), signed); err != nil {
			c.fail(where, "%s, %s: %s", v.where(i), e.Leaf, err)
		}
	}
}
