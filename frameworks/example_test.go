package frameworks_test

import (
	"fmt"

	"appointable/frameworks"
)

func ExampleReadYAML() {
	_, err := frameworks.ReadYAML([]byte(`framework: our-values
version: 1
title: Our values
scale: {min: 1, max: 7, step: 1}
dimensions:
  - code: safety
    kind: value
    title: Safety
    weigth: 25
    criteria:
      - code: safety.speaks-up
        statement: Raises concerns early, whoever is in the room
        anchors: {1: Looks on, 4: Says so, 9: Mends the system}
`))
	fmt.Println(err)
	// Output:
	// this YAML document does not have the expected content
	// 9:5: dimensions[0].weigth: unknown key `weigth`; did you mean `weight`?
	// 13:18: dimensions[0].criteria[0].anchors: score 9 is outside 1–7
}

func ExampleDiff() {
	older, err := frameworks.Template("uclh-values")
	if err != nil {
		fmt.Println(err)
	}
	newer, err := frameworks.Template("uclh-values")
	if err != nil {
		fmt.Println(err)
	}
	newer.Version = 2
	newer.Dimensions[0].Weight = frameworks.Fixed(30)
	newer.Dimensions[1].Criteria = newer.Dimensions[1].Criteria[:3]
	for _, change := range frameworks.Diff(older, newer) {
		fmt.Println(change.Sentence)
	}
	// Output:
	// Kindness: criterion kindness.dignity removed; it read “Protect dignity: guards privacy and self-respect, most of all when people cannot do so themselves”
	// Safety: weight 25 → 30 (25 % → 28.6 % of the whole)
}

func ExampleScale_Allows() {
	scale := frameworks.Scale{Min: 1, Max: 7, Step: 1}
	fmt.Println(scale.Allows(4))
	fmt.Println(scale.Allows(4.2))
	fmt.Println(scale.Allows(9))
	// Output:
	// <nil>
	// score 4.2 is not on the scale: 1, 2, … 7
	// score 9 is outside 1–7
}
