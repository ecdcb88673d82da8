-- +goose Up

-- The record holds opaque ids. An auditor must be able to tell who is behind
-- them: who read what, and who changed what, is what they are asked for.
alter policy seen on people using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people', 'invite-people', 'edit-plan', 'read-audit'))
    or (select app_person()) is null));
comment on policy seen on people is 'To read: oneself; all accounts for whoever manages them, invites people, fills seats or reads the record; and before anybody is signed in, to find out whose password it is.';

alter policy seen on candidates using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-campaign'))
    or (select app_entered()) is null and (select app_may('read-audit'))
    or campaign_id = (select app_created())
    or campaign_id in (select app_pooled())));
comment on policy seen on candidates is 'To read: the candidates of the campaign that was entered, is made or is pooled; where none was entered, the codes of all for whoever reads the record, which tells of them by their ids.';

-- +goose Down
alter policy seen on candidates using (
  trust_id = (select app_trust()) and (
    campaign_id = (select app_campaign('read-campaign'))
    or campaign_id = (select app_created())
    or campaign_id in (select app_pooled())));
comment on policy seen on candidates is 'To read: the candidates of the campaign that was entered, is made or is pooled.';
alter policy seen on people using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people', 'invite-people', 'edit-plan'))
    or (select app_person()) is null));
comment on policy seen on people is 'To read: oneself; all accounts for whoever manages them or fills seats; and before anybody is signed in, to find out whose password it is.';
