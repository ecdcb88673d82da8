package handlers

import (
	"strconv"

	"appointable/selection"
)

// groupView is candidates whom the evidence does not separate.
type groupView struct{ Name, Words string }

// groupsOf is the groups that have any of the places shown, in their order.
func groupsOf(r selection.Ranking, places []selection.Place) []groupView {
	shown := map[string]bool{}
	for _, place := range places {
		shown[place.Candidate] = true
	}
	var groups []groupView
	for i, codes := range r.Groups {
		for _, code := range codes {
			if shown[code] {
				groups = append(groups, groupView{Name: letters(i), Words: groupWords(codes)})
				break
			}
		}
	}
	return groups
}

// groupNames says for each candidate in which group it is.
func groupNames(groups [][]string) map[string]string {
	names := map[string]string{}
	for i, codes := range groups {
		for _, code := range codes {
			names[code] = letters(i)
		}
	}
	return names
}

// groupWords claims no more than was looked at: each was compared with the
// first of the group.
func groupWords(codes []string) string {
	switch len(codes) {
	case 1:
		return codes[0] + ", by itself."
	case 2:
		return listed(codes) + ": the evidence does not separate them."
	}
	return named(codes) + ": the evidence does not separate " + codes[0] + " from the others."
}

// named lists codes, of many only the first.
func named(codes []string) string {
	const most = 20
	if len(codes) <= most {
		return listed(codes)
	}
	return listed(append(codes[:most:most], strconv.Itoa(len(codes)-most)+" more"))
}

// letters counts as the columns of a spreadsheet do: A to Z, then AA.
func letters(i int) string {
	const alphabet = 26
	name := string(rune('A' + i%alphabet))
	if i < alphabet {
		return name
	}
	return letters(i/alphabet-1) + name
}
