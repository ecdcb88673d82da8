package mixedmodel

// Groups divides the raters who scored anybody into groups that share no
// candidate, not even by way of others: a difference between candidates of two
// groups is also one between the groups' severity, and the scores cannot tell
// which. One group is the rule. Raters are in order, groups in the order of
// their first.
func Groups(d Data) [][]int32 {
	leader := make([]int32, d.Raters) // a tree by its root, which is its least rater
	for j := range leader {
		leader[j] = int32(j)
	}
	root := func(j int32) int32 {
		for leader[j] != j {
			leader[j] = leader[leader[j]] // halves the path for who comes next
			j = leader[j]
		}
		return j
	}
	const nobody = -1
	first := make([]int32, d.Candidates) // to score them
	for i := range first {
		first[i] = nobody
	}
	scored := make([]bool, d.Raters)
	for row, j := range d.Rater {
		scored[j] = true
		i := d.Candidate[row]
		if first[i] == nobody {
			first[i] = j
		}
		a, b := root(first[i]), root(j)
		leader[max(a, b)] = min(a, b)
	}
	var groups [][]int32
	place := map[int32]int{}
	for j := range leader {
		if !scored[j] {
			continue
		}
		r := root(int32(j))
		if _, known := place[r]; !known {
			place[r] = len(groups)
			groups = append(groups, nil)
		}
		groups[place[r]] = append(groups[place[r]], int32(j))
	}
	return groups
}
