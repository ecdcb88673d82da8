package evidence

import (
	"bytes"
	"cmp"
	_ "embed" // the page's template
	"encoding/json"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"

	"github.com/google/uuid"

	"appointable/internal/audit"
	"appointable/internal/fault"
)

//go:embed index.html.tmpl
var indexTemplate string

// indexPage is index.html. Its words belong to the format: the verifier makes
// the page again.
type indexPage struct {
	Bundle   bundleFile
	Title    string
	Exported string
	Files    []indexFile
	Restarts []string // how logs of the bundle came to follow others
	Events   []indexEvent
	Limits   []string
}

type indexFile struct{ Name, Holds string }

type indexEvent struct {
	Log      int // of a former log, its number; 0: of the current one
	Position int64
	Time     string
	Words    string
	Closed   Closure
	Object   string
	Version  int
	Actor    string
}

func (s Sealed) index(b bundleFile, events []Event, places []place, names []string) ([]byte, error) {
	page := indexPage{
		Bundle: b, Title: s.campaign.Title, Exported: events[len(events)-1].Leaf.At.UTC().Format("2 January 2006, 15:04:05 UTC"), Limits: limits(),
		Restarts: s.restartsInWords(),
	}
	earlier := 0
	for _, name := range names {
		if strings.HasPrefix(name, "checkpoints/") {
			earlier++
			continue
		}
		page.Files = append(page.Files, indexFile{Name: name, Holds: holds(name)})
	}
	page.Files = append(page.Files, indexFile{Name: "checkpoints/", Holds: fmt.Sprintf("%d checkpoints that were signed earlier, by the number of entries", earlier)},
		indexFile{Name: "bundle.json", Holds: "what this bundle is, with the size and the digest of every file"})
	objects := s.objects(b)
	for i, e := range events {
		page.Events = append(page.Events, s.indexEventOf(e, places[i], objects[e.Leaf.Object.ID]))
	}
	slices.SortStableFunc(page.Events, func(a, b indexEvent) int {
		return cmp.Or(cmp.Compare(a.order(), b.order()), cmp.Compare(a.Position, b.Position))
	})
	t, err := template.New("index").Parse(indexTemplate)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, page)
	return out.Bytes(), err
}

// objects names what events are of, as people do. What sheets.json does not
// tell is told elsewhere to be a fault.
func (s Sealed) objects(b bundleFile) map[uuid.UUID]string {
	objects := map[uuid.UUID]string{uuid.MustParse(b.ID): "the campaign"}
	var sheets []Sheet
	_ = json.Unmarshal(s.documents["sheets.json"], &sheets)
	for _, sheet := range sheets {
		objects[sheet.ID] = fmt.Sprintf("sheet of %s in %s by %s", sheet.Sheet.Candidate, sheet.Sheet.Exercise, sheet.Sheet.Rater)
	}
	return objects
}

// order puts the current log behind the former ones.
func (e indexEvent) order() int {
	if e.Log == 0 {
		return maxLogs + 1
	}
	return e.Log
}

func (s Sealed) indexEventOf(e Event, at place, object string) indexEvent {
	line := indexEvent{
		Position: at.position, Time: e.Leaf.At.UTC().Format("2 Jan 2006 15:04:05"), Words: eventWords(e.Leaf.Kind), Closed: e.Closed,
		Object: object, Version: e.Leaf.Object.Version,
	}
	if at.log < len(s.former) {
		line.Log = s.former[at.log].Number
	}
	if e.Leaf.Actor.Valid {
		line.Actor = e.Leaf.Actor.UUID.String()
	}
	return line
}

// holds says what is in a file.
func holds(name string) string {
	if strings.HasPrefix(name, "rankings/") {
		return "a ranking, as it was stored"
	}
	if formerName(name) > 0 {
		return map[string]string{
			"checkpoint":   "the last signed size and root that are here of a former log",
			"leaf-hashes":  "the hashes of the entries that it signs",
			"proofs.jsonl": "proofs that events of the campaign are in that former log",
			"restart.json": "the event by which that log was begun",
		}[path.Base(name)]
	}
	return map[string]string{
		"SHA256SUMS":        "digests of the documents; its own digest is in the log",
		"campaign.json":     "the plan: post, exercises, panel by seat, rule of the ranking",
		"checkpoint":        "the signed size and root of the log",
		"consistency.jsonl": "proofs that the log begins with each earlier checkpoint",
		"decision.json":     "the panel's decision",
		"export.json":       "the event of this export, as the log has it",
		"framework.yaml":    "the framework of values and behaviours",
		"leaf-hashes":       "the hashes of all entries of the log, 32 bytes each",
		"leaves.jsonl":      "the events of the campaign, each with what it committed to",
		"proofs.jsonl":      "proofs that each event is in the log, in the same order, that of the export last",
		"restart.json":      "the event by which the log was begun, after a former one",
		"sheets.json":       "every sheet, with the revisions of its marks",
	}[name]
}

// eventWords is a kind of event for people; a kind that this format does not
// know stands as it is.
func eventWords(kind string) string {
	words, known := map[string]string{
		audit.CampaignSaved{}.EventKind():        "The campaign was saved",
		audit.CampaignImported{}.EventKind():     "The campaign was imported, scored elsewhere",
		audit.CampaignExported{}.EventKind():     "The campaign's files were exported",
		audit.EvidenceExported{}.EventKind():     "Evidence was exported",
		audit.SeatFilled{}.EventKind():           "A panel seat was filled",
		audit.MemberReplaced{}.EventKind():       "A panel member was replaced",
		audit.CandidateShortlisted{}.EventKind(): "Whether a candidate is shortlisted was recorded",
		audit.ShortlistLocked{}.EventKind():      "The shortlist was locked, and the assessment opened",
		audit.CandidatesAdded{}.EventKind():      "Candidates were added",
		audit.CandidateChanged{}.EventKind():     "How far a candidate came was recorded",
		audit.ResultsEntered{}.EventKind():       "Psychometric results were entered",
		audit.SheetsAssigned{}.EventKind():       "Sheets were assigned",
		audit.ScoringOpened{}.EventKind():        "Scoring opened: framework and plan were locked",
		audit.SheetSaved{}.EventKind():           "A draft was saved",
		audit.SheetSubmitted{}.EventKind():       "A sheet was submitted",
		audit.MarkRevised{}.EventKind():          "A mark was revised in moderation",
		audit.SheetWithdrawn{}.EventKind():       "A sheet was set aside for an interest",
		audit.MarksRevealed{}.EventKind():        "The marks were revealed to the panel",
		audit.ModerationClosed{}.EventKind():     "Moderation closed: the marks are final",
		audit.InterestDeclared{}.EventKind():     "An interest was declared",
		audit.InterestJudged{}.EventKind():       "A declared interest was judged",
		audit.RankingStored{}.EventKind():        "A ranking was stored",
		audit.DecisionRecorded{}.EventKind():     "The panel's decision was recorded",
	}[kind]
	if !known {
		return kind
	}
	return words
}

func byPlace(a, b fault.Field) int { return strings.Compare(a.Where, b.Where) }
