-- +goose Up

-- What the log commits to of one campaign, for the bundle of evidence that
-- leaves the service. As the owner: the service can add payloads and not read
-- them, and this is the one door. Drafts stay their rater's own.
-- +goose StatementBegin
create function evidence_of(p_campaign uuid)
  returns table (event_id uuid, kind text, object_kind text, object_id uuid, object_version integer, actor_id uuid, at timestamptz, commitment bytea,
                 withheld boolean, nonce bytea, payload bytea)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app_campaign('export-campaign') is distinct from p_campaign then
    raise exception 'not allowed to take this campaign out' using errcode = '42501';
  end if;
  return query
    select e.event_id, e.kind, e.object_kind, e.object_id, e.object_version, e.actor_id, e.at, e.commitment, e.kind = 'sheet.saved',
           case when e.kind <> 'sheet.saved' then p.nonce end, case when e.kind <> 'sheet.saved' then p.payload end
      from audit_events e
      left join audit_payloads p on p.trust_id = e.trust_id and p.event_id = e.event_id
     where e.trust_id = app_trust()
       and (e.object_kind = 'campaign' and e.object_id = p_campaign
            or e.object_kind = 'sheet' and e.object_id in (select s.sheet_id from sheets s where s.trust_id = app_trust() and s.campaign_id = p_campaign));
end
$$;
-- +goose StatementEnd
comment on function evidence_of(uuid) is 'The events of the campaign that is entered and of its sheets, with what they commit to, for whoever may take the campaign out; refused (42501) to others. Null payloads: erased, or withheld where it says so.';
revoke all on function evidence_of(uuid) from public;
grant execute on function evidence_of(uuid) to appointable_app;

-- +goose Down
drop function evidence_of(uuid);
