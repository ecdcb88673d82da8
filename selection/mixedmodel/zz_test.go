package mixedmodel
import ("testing";"time";"fmt")
func TestZZ(t *testing.T){
 dir := "/work/shared/oracles/mixedmodel/national/"
 for _,c:=range []struct{f string; t Terms}{{"nat2k_m2",AllTerms()},{"nat20k",m1()},{"nat50k",m1()},{"nat20k_rand",m1()}}{
  d:=readLong(t,dir+c.f+".csv.gz")
  s:=time.Now(); des:=newDesign(Evidence{Data:d},c.t,1); t1:=time.Since(s); s=time.Now(); cr:=newCriterion(des,0); t2:=time.Since(s)
  teams:=0; for _,p:=range cr.patterns{teams+=len(p.teams)}
  o,_:=newObjective(cr,Options{Terms:c.t,Method:REML}); g:=make([]float64,len(o.start))
  s=time.Now(); for range 5 {cr.at(o.start,nil)}; t3:=time.Since(s)/5
  s=time.Now(); for range 5 {cr.at(o.start,g)}; t4:=time.Since(s)/5
  s=time.Now(); for range 5 {cr.assemble()}; t5:=time.Since(s)/5
  cr.assemble()
  s=time.Now(); cr.system.factor(); t6:=time.Since(s)
  s=time.Now(); cr.system.invert(); t7:=time.Since(s)
  s=time.Now(); cr.gradient(g); t8:=time.Since(s)
  last:=cr.system.panels[len(cr.system.panels)-1]; maxr:=0; fl:=0; for _,p:=range cr.system.panels{maxr=max(maxr,len(p.rows)); r:=len(p.rows); w:=p.columns(); fl+=w*w*w/3+w*w*r+w*r*r}
  fmt.Println(c.f,"design",t1,"crit",t2,"D",t3,"D+g",t4,"| assemble",t5,"factor",t6,"invert",t7,"grad",t8,"| patterns",len(cr.patterns),"teams",teams,"size",cr.system.size,"panels",len(cr.system.panels),"last",last.columns(),"maxrows",maxr,"Mflop",fl/1000000)
 }
}
