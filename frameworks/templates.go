package frameworks

import (
	"embed"
	"fmt"

	"appointable/internal/fault"
)

//go:embed templates/*.yaml
var templateFiles embed.FS

// Templates returns the frameworks that a trust can start from, version 1 each,
// all ready to be published: UCLH's values, the NHS Constitution's, and
// competencies for medical leadership roles.
func Templates() []Framework {
	var templates []Framework
	for _, code := range []string{"uclh-values", "nhs-constitution", "medical-leadership"} {
		templates = append(templates, readTemplate(code))
	}
	return templates
}

// Template returns one of Templates by its code, or fault.NotFound.
func Template(code string) (Framework, error) {
	for _, t := range Templates() {
		if t.Code == code {
			return t, nil
		}
	}
	return Framework{}, fault.New(fault.NotFound, "there is no framework template “%s”", shortened(code))
}

// readTemplate panics on a file that cannot be read: it is part of the program,
// and a test reads each.
func readTemplate(code string) Framework {
	data, err := templateFiles.ReadFile("templates/" + code + ".yaml")
	if err != nil {
		panic(fmt.Sprintf("frameworks: template %s: %v", code, err))
	}
	f, err := ReadYAML(data)
	if err != nil {
		panic(fmt.Sprintf("frameworks: template %s: %v", code, err))
	}
	return f
}
