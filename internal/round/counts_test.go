package round_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/selection/fairness"
)

func readCounts(t *testing.T, text string) ([]fairness.Count, []string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "counts.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return round.ReadCounts(t.Context(), path)
}

func TestReadCounts(t *testing.T) {
	counts, notices, err := readCounts(t, "\xEF\xBB\xBFgroup;campaign;characteristic;focal;stage;passed;entered;decided_on;post;shoe\r\n"+
		"BME;C1;ethnicity;yes;shortlisted;3;12;2025-06-30;consultant;42\r\n"+
		"Z;C1;ethnicity;no;shortlisted;0;1;2025-06-30;;\r\n"+
		"\"white, all\";C2;ethnicity;no;offered;0;0;;medical-leadership;\r\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []fairness.Count{
		{Campaign: "C1", Characteristic: "ethnicity", Group: "BME", Side: fairness.Focal, Stage: fairness.Shortlisted, Entered: 12, Passed: 3, Decided: "2025-06-30"},
		{Campaign: "C1", Characteristic: "ethnicity", Group: "Z", Side: fairness.Apart, Stage: fairness.Shortlisted, Entered: 1, Decided: "2025-06-30"},
		{Campaign: "C2", Characteristic: "ethnicity", Group: "white, all", Side: fairness.Reference, Stage: fairness.Offered, OtherPost: true},
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Error(diff)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], `the column "shoe" is not used here`) {
		t.Errorf("%q", notices)
	}
}

func TestReadCountsTellsEveryMistakeAndItsPlace(t *testing.T) {
	const header = "campaign,characteristic,group,focal,stage,entered,passed,post,decided_on\n"
	for text, want := range map[string]string{
		header + "C1,sex,female,yes,shortlisted,5,6,,\n":                                                         "2:33: 6 passed of 5 who entered",
		header + "C1,sex,female,ja,shortlisted,5,3,,\nC1,sex,male,no,longlisted,5,3,,\n":                         `2:15: "ja" is not an answer|3:16: "longlisted" is not a stage`,
		header + "C1,sex,female,yes,shortlisted,5.5,1e1,,\n":                                                     `2:31: "5.5" is not a count|2:35: "1e1" is not a count`,
		header + "C1,sex,female,yes,shortlisted,,-1,,\n":                                                         `2:31: is empty; write a whole number|2:32: "-1" is not a count`,
		header + "C1,sex,female,yes,shortlisted,5,3,nurse,30.6.2025\n":                                           `2:35: "nurse" is not a kind of post|2:41: "30.6.2025" is not a day`,
		header + ",sex,female,yes,shortlisted,5,3,,\nC1,,female,yes,shortlisted,5,3,,\nC1,sex,,no,offered,1,1,,": "2:1: is empty|3:4: is empty|4:8: is empty",
		header + "C1,sex,female,yes,shortlisted,5,3,,\nC1,sex,female,yes,shortlisted,5,3,,\n":                    "3:8: female at shortlisted in campaign C1 is there twice",
		header + "C1,sex,female,yes,shortlisted,5,3,,\nC2,sex,female,no,shortlisted,5,3,,\n":                     "3:15: female is reference here and focal before",
		header + "C1,sex,female,yes,shortlisted,5,3,,\nC1,sex,male,no,shortlisted,5,3,senior-doctor,\n":          "3:1: campaign C1 has another post",
		header + "C1,sex,=1+1,yes,shortlisted,5,3,,\n":                                                           `2:8: "=1+1" begins like a spreadsheet formula`,
		header + "C1,sex,female,yes,shortlisted,5,3\n":                                                           "2:33: the row has 7 cells and the header has 9",
		header: "1: there is no count in it",
		"":     "1:1: the file is empty",
		"campaign,characteristic,group,stage,entered,passed\nC1,sex,female,shortlisted,5,3\n":            "1: the column focal is missing",
		"campaign,characteristic,group,focal,stage,entered,passedd\nC1,sex,female,yes,shortlisted,5,3\n": `1:51: the column "passedd" is not known; did you mean passed?`,
	} {
		counts, _, err := readCounts(t, text)
		if !fault.Is(err, fault.Invalid) || counts != nil {
			t.Errorf("%q: %v, %v", text, counts, err)
			continue
		}
		told := fault.FieldsOf(err)
		all := strings.Split(want, "|")
		for i, w := range all {
			if i >= len(told) || !strings.Contains(told[i].String(), w) {
				t.Errorf("%q:\n%v\nwant %s", text, err, w)
				break
			}
		}
		if len(told) != len(all) {
			t.Errorf("%q: %d mistakes told, want %d:\n%v", text, len(told), len(all), err)
		}
	}
}
