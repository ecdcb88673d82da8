package evidence

import "fmt"

// Pack writes files as a bundle's zip: what somebody has who read our code.
var Pack = pack

// Unpack reads them.
var Unpack = unpack

// Remake makes anew all that follows from the other files, as far as it can: the
// work of an adversary who has our program and not the key.
func Remake(files map[string][]byte) {
	v := verification{files: files}
	if v.read(nil) {
		for h := files["leaf-hashes"]; len(h) >= 32; h = h[32:] {
			v.logged.Leaves = append(v.logged.Leaves, [32]byte(h))
		}
		v.logged.Now.Note = files["checkpoint"]
		_, _ = fmt.Sscanf(string(files["checkpoint"]), "%s\n%d\n", &v.logged.Now.Checkpoint.Origin, &v.logged.Now.Checkpoint.Size)
		v.tree, _ = newTree(v.logged.Leaves) // leaves always make a tree
		if made, err := v.sealed.files(v.logged, v.tree); err == nil {
			for name := range made {
				files[name] = made[name]
			}
			return
		}
	}
	if v.sealed.documents != nil {
		files["SHA256SUMS"] = v.sealed.sums()
	}
}
