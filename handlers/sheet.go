package handlers

import (
	"appointable/internal/store"
	"appointable/selection"
)

type marksRequest struct {
	Marks []markRequest `json:"marks" validate:"max=1000,dive"`
}

// markRequest is one criterion. A score of null or none is "not filled in yet",
// never zero.
type markRequest struct {
	Criterion   string   `json:"criterion" validate:"required,max=64"`
	Score       *float64 `json:"score"`
	NotObserved bool     `json:"not_observed"`
	Evidence    string   `json:"evidence"`
}

func (r marksRequest) marks() []selection.Mark {
	marks := make([]selection.Mark, len(r.Marks))
	for i, m := range r.Marks {
		marks[i] = selection.Mark{Criterion: m.Criterion, Score: m.Score, NotObserved: m.NotObserved, Evidence: m.Evidence}
	}
	return marks
}

type revisionRequest struct {
	Criterion   string   `json:"criterion" validate:"required,max=64"`
	Score       *float64 `json:"score"`
	NotObserved bool     `json:"not_observed"`
	Evidence    string   `json:"evidence"`
	Reason      string   `json:"reason" validate:"required,max=4000"`
}

// sheetView is a sheet under an ETag.
type sheetView struct{ selection.Sheet }

func (v sheetView) etag() int { return v.Version }

// receiptView is a receipt under the ETag of its sheet.
type receiptView struct{ store.Receipt }

func (v receiptView) etag() int { return v.Sheet.Version }

func (c *call) sheetName() store.SheetName {
	return store.SheetName{Rater: c.param("rater"), Candidate: c.param("candidate"), Exercise: c.param("exercise")}
}

func sheetKey(s store.SheetStatus) []string { return []string{s.Rater, s.Candidate, s.Exercise} }

func (c *call) sheetCursor() (cursor, store.SheetName, error) {
	at, err := c.cursor(3)
	return at, store.SheetName{Rater: at.after[0], Candidate: at.after[1], Exercise: at.after[2]}, err
}

func (s *Server) sheets(c *call) (list[store.SheetStatus], error) {
	at, after, err := c.sheetCursor()
	if err != nil {
		return list[store.SheetStatus]{}, err
	}
	found, err := s.db.Sheets(c.ctx(), c.who, c.param("campaign"), after, at.more())
	return part(at, found, sheetKey), err
}

func (s *Server) progress(c *call) (list[store.SheetStatus], error) {
	at, after, err := c.sheetCursor()
	if err != nil {
		return list[store.SheetStatus]{}, err
	}
	found, err := s.db.ProgressOf(c.ctx(), c.who, c.param("campaign"), after, at.more())
	return part(at, found, sheetKey), err
}

func (s *Server) sheet(c *call) (sheetView, error) {
	sheet, err := s.db.Sheet(c.ctx(), c.who, c.param("campaign"), c.sheetName())
	return sheetView{sheet}, err
}

func (s *Server) saveSheet(c *call, in marksRequest) (sheetView, error) {
	sheet, err := s.db.SaveSheet(c.ctx(), c.who, c.param("campaign"), c.sheetName(), c.version, in.marks())
	return sheetView{sheet}, err
}

func (s *Server) submitSheet(c *call, in marksRequest) (receiptView, error) {
	receipt, err := s.db.SubmitSheet(c.ctx(), c.who, c.param("campaign"), c.sheetName(), c.version, c.key(), in.marks())
	return receiptView{receipt}, err
}

func (s *Server) reviseMark(c *call, in revisionRequest) (sheetView, error) {
	to := selection.Mark{Criterion: in.Criterion, Score: in.Score, NotObserved: in.NotObserved, Evidence: in.Evidence}
	sheet, err := s.db.ReviseMark(c.ctx(), c.who, c.param("campaign"), c.sheetName(), c.version, c.key(), to, in.Reason)
	return sheetView{sheet}, err
}
