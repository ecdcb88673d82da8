package handlers

import "appointable/selection"

type resultsRequest struct {
	Results []resultRequest `json:"results" validate:"min=1,max=20000,dive"`
}

type resultRequest struct {
	Candidate  string   `json:"candidate" validate:"required,max=64"`
	Instrument string   `json:"instrument" validate:"required,max=64"`
	Scale      string   `json:"scale" validate:"required,max=64"`
	Score      *float64 `json:"score" validate:"required"` // a pointer: a score left out is not a score of 0
	TakenOn    string   `json:"taken_on" validate:"max=10"`
}

func (s *Server) results(c *call) (list[selection.PsychometricResult], error) {
	at, err := c.cursor(3)
	if err != nil {
		return list[selection.PsychometricResult]{}, err
	}
	all, err := s.db.Results(c.ctx(), c.who, c.param("campaign"))
	return partOf(at, all, func(r selection.PsychometricResult) []string {
		return []string{r.Candidate, r.Instrument, r.Scale}
	}), err
}

func (s *Server) putResults(c *call, in resultsRequest) (countView, error) {
	results := make([]selection.PsychometricResult, len(in.Results))
	for i, r := range in.Results {
		results[i] = selection.PsychometricResult{Candidate: r.Candidate, Instrument: r.Instrument, Scale: r.Scale, Score: *r.Score, TakenOn: r.TakenOn}
	}
	n, err := s.db.PutResults(c.ctx(), c.who, c.param("campaign"), c.key(), results)
	return countView{n}, err
}
