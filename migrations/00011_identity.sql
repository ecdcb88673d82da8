-- +goose Up

-- When the holder last proved who they are. Sessions that are open while this
-- runs proved it when they began.
alter table sessions add column authenticated_at timestamptz;
update sessions set authenticated_at = created_at;
alter table sessions alter column authenticated_at set not null;
comment on column sessions.authenticated_at is 'When the holder last proved who they are, by password, link or provider. What is hard to undo asks for a proof of the last few minutes.';
grant update on sessions to appointable_app;

drop function find_session(uuid, bytea, timestamptz, interval);
-- +goose StatementBegin
create function find_session(p_trust uuid, p_token_hash bytea, p_now timestamptz, p_idle interval)
  returns table (person_id uuid, username text, display_name text, roles text[], authenticated_at timestamptz)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  held record;
begin
  select s.person_id, s.seen_at, s.authenticated_at into held
    from sessions s
   where s.trust_id = p_trust and s.token_hash = p_token_hash
     and s.expires_at > p_now and s.seen_at > p_now - p_idle;
  if not found then
    return;
  end if;
  if held.seen_at < p_now - interval '1 minute' then
    update sessions s set seen_at = p_now
     where s.trust_id = p_trust and s.token_hash = p_token_hash and s.seen_at < p_now;
  end if;
  return query
    select p.person_id, p.username, p.display_name,
           array(select r.role from person_roles r
                  where r.trust_id = p_trust and r.person_id = p.person_id order by r.role),
           held.authenticated_at
      from people p
     where p.trust_id = p_trust and p.person_id = held.person_id and p.left_at is null;
end
$$;
-- +goose StatementEnd
comment on function find_session(uuid, bytea, timestamptz, interval) is 'Who holds the session with this token hash, their roles in the trust and when they last proved who they are; no row where it is unknown or over or its holder has left. Runs as the owner, because nobody is known yet; the time of use is written at most once a minute, so that reading a page does not cost a write.';

-- The one-time links of the demo become one purpose of several.
alter table sign_in_links rename to links;
alter table links rename constraint sign_in_links_pkey to links_pkey;
alter table links add column purpose text not null default 'sign-in'
  constraint links_purpose_check check (purpose in ('sign-in', 'invitation', 'password-reset'));
alter table links alter column purpose drop default;
create index links_by_person on links (trust_id, person_id);
comment on table links is 'One-time links, each for one person and one purpose. Following one only looks; what uses it up is the form behind it.';
comment on column links.token_hash is 'SHA-256 of the token in the link, which is stored nowhere.';
comment on column links.person_id is 'Whom the link is for.';
comment on column links.purpose is 'sign-in (without a password, in a demo trust only), invitation (to set the first password) or password-reset.';
comment on column links.used_at is 'Null while it can be used: a link is over once it is used, once a later one of its purpose is made, and once its person leaves or has set a password otherwise.';
comment on column links.trust_id is 'The trust that the link opens.';

create table api_tokens (
  trust_id   uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  person_id  uuid not null,
  name       text not null check (btrim(name) <> ''),
  scope      text not null check (scope in ('read', 'write')),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at <= created_at + interval '366 days'),
  used_at    timestamptz,
  revoked_at timestamptz,
  primary key (trust_id, token_hash),
  foreign key (trust_id, person_id) references people
);
create index api_tokens_by_person on api_tokens (trust_id, person_id);
comment on table api_tokens is 'With what programs ask in a person''s name. A token may do what its person may, less the care of accounts, and never what asks for a fresh proof of who one is.';
comment on column api_tokens.trust_id is 'A token is good in this trust only.';
comment on column api_tokens.token_hash is 'SHA-256 of the token, which is shown once and stored nowhere.';
comment on column api_tokens.person_id is 'In whose name it asks, and who may revoke it.';
comment on column api_tokens.name is 'What the person calls it, to know it again in the list.';
comment on column api_tokens.scope is 'read: what only reads; write: changes too.';
comment on column api_tokens.created_at is 'When it was made.';
comment on column api_tokens.expires_at is 'It is refused from this moment on, at most a year after it was made.';
comment on column api_tokens.used_at is 'Last use, up to a minute late; null before the first, which is an event of its own.';
comment on column api_tokens.revoked_at is 'Null while it is good; set when its owner revokes it, leaves, or sets a new password.';

-- +goose StatementBegin
create function find_api_token(p_trust uuid, p_token_hash bytea, p_now timestamptz)
  returns table (person_id uuid, username text, display_name text, roles text[], scope text, used boolean)
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
begin
  update api_tokens k set used_at = p_now
   where k.trust_id = p_trust and k.token_hash = p_token_hash and k.revoked_at is null and k.expires_at > p_now
     and k.used_at < p_now - interval '1 minute';
  return query
    select p.person_id, p.username, p.display_name,
           array(select r.role from person_roles r
                  where r.trust_id = p_trust and r.person_id = p.person_id order by r.role),
           k.scope, k.used_at is not null
      from api_tokens k join people p on p.trust_id = k.trust_id and p.person_id = k.person_id
     where k.trust_id = p_trust and k.token_hash = p_token_hash and k.revoked_at is null and k.expires_at > p_now
       and p.left_at is null;
end
$$;
-- +goose StatementEnd
comment on function find_api_token(uuid, bytea, timestamptz) is 'In whose name the token with this hash asks, with their roles, its scope and whether it was used before; no row where it is unknown, revoked or over or its person has left. Runs as the owner, because nobody is known yet.';

create table logins (
  trust_id   uuid not null,
  issuer     text not null check (issuer <> ''),
  subject    text not null check (subject <> ''),
  person_id  uuid not null,
  created_at timestamptz not null,
  primary key (trust_id, issuer, subject),
  unique (trust_id, person_id, issuer),
  foreign key (trust_id, person_id) references people
);
comment on table logins is 'Which account at an identity provider is whose here. Known by issuer and subject and never by e-mail, which is given to somebody else when a person leaves.';
comment on column logins.trust_id is 'The trust that the provider opens.';
comment on column logins.issuer is 'The provider, as it names itself.';
comment on column logins.subject is 'The account there, as the provider names it: never changed and never given to somebody else.';
comment on column logins.person_id is 'Whose it is; one of each provider a person.';
comment on column logins.created_at is 'When it was bound: through an invitation, or by its person while signed in.';

-- +goose StatementBegin
create function account_standing(p_person uuid) returns table (roles text[], signs_in boolean)
  language sql stable security definer set search_path = public, pg_temp
  begin atomic
    select array(select r.role from person_roles r where r.trust_id = app_trust() and r.person_id = p_person order by r.role),
           exists (select from credentials c where c.trust_id = app_trust() and c.person_id = p_person)
        or exists (select from logins l where l.trust_id = app_trust() and l.person_id = p_person)
     where app_may('manage-people', 'invite-people');
  end;
-- +goose StatementEnd
comment on function account_standing(uuid) is 'The roles of a person of the trust that the transaction works for, and whether they can sign in, for whoever may invite; no row for others. Runs as the owner: whoever invites must be told both rightly, also where they may read neither, or an invitation could take an account over.';
revoke all on function account_standing(uuid) from public;
grant execute on function account_standing(uuid) to appointable_app;

create table provider_visits (
  trust_id   uuid not null references trusts,
  token_hash bytea not null check (length(token_hash) = 32),
  state      text not null,
  nonce      text not null,
  verifier   text not null,
  back       text not null,
  link_hash  bytea check (length(link_hash) = 32),
  person_id  uuid,
  expires_at timestamptz not null,
  primary key (trust_id, token_hash)
);
comment on table provider_visits is 'Browsers that were sent to the identity provider and are to come back, within minutes. A row is deleted when its browser comes back: an answer counts once.';
comment on column provider_visits.trust_id is 'The trust that the browser came from.';
comment on column provider_visits.token_hash is 'SHA-256 of the token in the browser''s cookie: who begins must be who comes back.';
comment on column provider_visits.state is 'What the provider must send back with the browser.';
comment on column provider_visits.nonce is 'What must stand in the ID token.';
comment on column provider_visits.verifier is 'With what the code is redeemed (PKCE).';
comment on column provider_visits.back is 'The page to go to afterwards.';
comment on column provider_visits.link_hash is 'Of the invitation that the account at the provider is to be bound by; null: none.';
comment on column provider_visits.person_id is 'Who was signed in when it began, to bind an account or to prove once more who they are; null: nobody.';
comment on column provider_visits.expires_at is 'An answer that comes later is refused.';

alter table logins enable row level security;
alter table provider_visits enable row level security;
create policy own_trust on logins using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person()) or (select app_may('manage-people')) or (select app_person()) is null))
 with check (trust_id = (select app_trust()) and person_id = (select app_person()));
create policy own_trust on provider_visits using (trust_id = (select app_trust()));
comment on policy own_trust on logins is 'One''s own; to read and to take away also for whoever manages accounts, and to read before anybody is signed in, to find out whose it is.';
comment on policy own_trust on provider_visits is 'The rows of the trust that the transaction works for.';
grant select, insert, delete on logins to appointable_app;
grant select, insert, delete on provider_visits to appointable_app;

alter table api_tokens enable row level security;
create policy own_trust on api_tokens using (
  trust_id = (select app_trust()) and (person_id = (select app_person()) or (select app_may('manage-people'))));
comment on policy own_trust on api_tokens is 'One''s own; those of somebody who leaves are revoked by whoever manages accounts.';

drop policy own_trust on sessions;
create policy own_trust on sessions using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person()) or (select app_may('manage-people')) or (select app_person()) is null));
comment on policy own_trust on sessions is 'One''s own; all for whoever manages accounts, who ends them; and before anybody is signed in, to begin one.';
drop policy own_trust on links;
create policy own_trust on links using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person()) or (select app_may('manage-people')) or (select app_person()) is null
    or (select app_may('invite-people')) and purpose = 'invitation'));
comment on policy own_trust on links is 'One''s own; all for whoever manages accounts, invitations for whoever invites; and before anybody is signed in, to use one.';

grant select, insert, update on api_tokens to appointable_app;
revoke all on function find_session(uuid, bytea, timestamptz, interval), find_api_token(uuid, bytea, timestamptz) from public;
grant execute on function find_session(uuid, bytea, timestamptz, interval), find_api_token(uuid, bytea, timestamptz) to appointable_app;

-- Whoever fills the seats of panels may invite people for them.
alter policy seen on people using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people', 'invite-people', 'edit-plan'))
    or (select app_person()) is null));
alter policy added on people with check (trust_id = (select app_trust()) and (select app_may('manage-people', 'invite-people')));
alter policy changed on people using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people', 'invite-people'))))
 with check (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people', 'invite-people'))));
comment on policy added on people is 'To add: whoever manages accounts, or invites people without a role.';
comment on policy changed on people is 'To change: oneself and, for whoever manages or invites, all; of whom only a manager changes more than the version, see people_changed().';

-- +goose StatementBegin
create function people_changed() returns trigger language plpgsql as $$
begin
  if (new.person_id, new.username, new.display_name, new.created_at) is distinct from (old.person_id, old.username, old.display_name, old.created_at)
     or new.left_at is distinct from old.left_at then
    if not app_may('manage-people') then
      raise exception 'your role does not change accounts' using errcode = '42501';
    end if;
  end if;
  return new;
end
$$;
-- +goose StatementEnd
create trigger people_changed before update on people for each row when (current_user <> 'appointable_owner') execute function people_changed();
comment on function people_changed() is 'Refuses (42501) a change of an account, its version apart, to whoever does not manage accounts.';

-- +goose Down
drop policy own_trust on links;
create policy own_trust on links using (trust_id = (select app_trust()));
comment on policy own_trust on links is 'The rows of the trust that the transaction works for, to read and to write.';
drop policy own_trust on sessions;
create policy own_trust on sessions using (trust_id = (select app_trust()));
comment on policy own_trust on sessions is 'The rows of the trust that the transaction works for, to read and to write.';
drop function account_standing(uuid);
drop trigger people_changed on people;
drop function people_changed();
alter policy seen on people using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people', 'edit-plan'))
    or (select app_person()) is null));
alter policy added on people with check (trust_id = (select app_trust()) and (select app_may('manage-people')));
alter policy changed on people using (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))))
 with check (
  trust_id = (select app_trust()) and (
    person_id = (select app_person())
    or (select app_may('manage-people'))));
comment on policy added on people is 'To add: whoever manages accounts.';
comment on policy changed on people is 'To change: oneself, whose version a password of one''s own counts up, and all for whoever manages accounts.';
drop function find_api_token(uuid, bytea, timestamptz);
drop table provider_visits, logins, api_tokens;
drop index links_by_person;
delete from links where purpose <> 'sign-in';
alter table links drop column purpose;
alter table links rename constraint links_pkey to sign_in_links_pkey;
alter table links rename to sign_in_links;
drop function find_session(uuid, bytea, timestamptz, interval);
alter table sessions drop column authenticated_at;
revoke update on sessions from appointable_app;
-- +goose StatementBegin
create function find_session(p_trust uuid, p_token_hash bytea, p_now timestamptz, p_idle interval)
  returns table (person_id uuid, username text, display_name text, roles text[])
  language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  found_person uuid;
  last_seen timestamptz;
begin
  select s.person_id, s.seen_at into found_person, last_seen
    from sessions s
   where s.trust_id = p_trust and s.token_hash = p_token_hash
     and s.expires_at > p_now and s.seen_at > p_now - p_idle;
  if not found then
    return;
  end if;
  if last_seen < p_now - interval '1 minute' then
    update sessions s set seen_at = p_now
     where s.trust_id = p_trust and s.token_hash = p_token_hash and s.seen_at < p_now;
  end if;
  return query
    select p.person_id, p.username, p.display_name,
           array(select r.role from person_roles r
                  where r.trust_id = p_trust and r.person_id = p.person_id order by r.role)
      from people p
     where p.trust_id = p_trust and p.person_id = found_person and p.left_at is null;
end
$$;
-- +goose StatementEnd
comment on function find_session(uuid, bytea, timestamptz, interval) is 'Who holds the session with this token hash, and their roles in the trust; no row where it is unknown or over or its holder has left. Runs as the owner, because nobody is known yet.';
revoke all on function find_session(uuid, bytea, timestamptz, interval) from public;
grant execute on function find_session(uuid, bytea, timestamptz, interval) to appointable_app;
