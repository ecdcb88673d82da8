package selection

import "testing"

// Every way in which two orders can differ has its words.
func TestWhyInWords(t *testing.T) {
	for _, c := range []struct {
		move move
		want string
	}{
		{move{tied: true}, "their composites are equal at 0.01 and the tie chain decides"},
		{move{tied: true, toward: parts{severity: -1, difficulty: 0.004}}, "their composites are equal at 0.01 and the tie chain decides"},
		{move{}, "their composites are all but equal"},
		{move{toward: parts{severity: 1}, lower: true}, "C1's assessors marked lower than the others did"},
		{move{toward: parts{severity: 1}, higher: true}, "C1's assessors marked higher than the others did"},
		{move{toward: parts{severity: 1}, lower: true, higher: true}, "C1's assessors marked lower than some and higher than others did"},
		{move{toward: parts{severity: 1}}, severity.words()},
		{move{toward: parts{severity: 1, chance: 2}}, chance.words()},
		{move{toward: parts{severity: 1, chance: 2}, lower: true}, chance.words() + "; and C1's assessors marked lower than the others did"},
		{move{toward: parts{severity: 1, chance: 9}, lower: true}, chance.words()},
		{move{toward: parts{1, 1, 1, 1}, lower: true}, "C1's assessors marked lower than the others did"},
	} {
		if got := new(columns).why("C1", c.move); got != c.want {
			t.Errorf("%+v: %q, want %q", c.move, got, c.want)
		}
	}
}

func TestGroupsText(t *testing.T) {
	c := &columns{candidates: []string{"C1", "C2", "C3", "C4", "C5", "C6", "C7"}}
	groups := [][]int{{0}, {1}, {2}, {3}, {4}, {5}, {6}}
	for n, want := range map[int]string{2: "C1; then C2", 6: "C1; then C2; then C3; then C4; then C5; and 1 more group", 7: "C1; then C2; then C3; then C4; then C5; and 2 more groups"} {
		if got := c.groupsText(groups[:n]); got != want {
			t.Errorf("%d groups: %q", n, got)
		}
	}
}
