import { value, type Schemas } from '@evenkeel/client';
import {
  DayField,
  Facts,
  FormDialog,
  LostRace,
  faultAt,
  ifSeen,
  refusalBesideRace,
  useChange,
  useMe,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Checkbox,
  CheckboxGroup,
  Select,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';

import { over } from '../acts/over';
import { evenkeelTranslationRef } from '../translation';
import { useTeams } from '../services';
import { useScorecards } from './cards';
import { dayIn } from './days';
import styles from './scorecards.module.css';

const fields = [
  '/name',
  '/scorecard',
  '/team',
  '/checks',
  '/startsOn',
  '/dueOn',
  '/why',
  '/appliesTo',
  '/issues',
] as const;

function inputOf(
  campaign: Schemas['Campaign'] | undefined,
): Schemas['CampaignInput'] {
  return {
    name: campaign?.name ?? '',
    scorecard: campaign?.scorecard.slug ?? '',
    team: campaign?.team.slug ?? '',
    checks: campaign?.checks ?? [],
    startsOn: campaign?.startsOn ?? dayIn(0),
    dueOn: campaign?.dueOn ?? dayIn(60),
    why: campaign?.why ?? '',
    appliesTo: campaign?.appliesTo ?? '',
    graceDays: campaign?.graceDays ?? 0,
    issues: campaign?.issues ?? false,
  };
}

/** Begins a campaign, or changes one. */
export function CampaignForm(props: {
  /** What is changed; without, one is begun. */
  campaign?: Schemas['Campaign'];
  onClose: () => void;
  onDone: (made: Schemas['Campaign']) => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { onClose, onDone } = props;
  // What is typed changes the campaign that it was begun from, whatever is read meanwhile.
  const [campaign, setCampaign] = useState(props.campaign);
  const me = useMe();
  const cards = useScorecards().data ?? [];
  const all = useTeams().data ?? [];
  // An administrator has any team run one.
  const teams = me.data?.administrator
    ? all.map(team => ({ id: team.slug, label: team.name }))
    : (me.data?.teams ?? []).map(team => ({ id: team.slug, label: team.slug }));
  const [input, setInput] = useState(inputOf(campaign));
  const body = {
    ...input,
    scorecard: input.scorecard || cards[0]?.slug || '',
    team: input.team || teams[0]?.id || '',
  };
  const card = cards.find(of => of.slug === body.scorecard);
  const set = (changed: Partial<Schemas['CampaignInput']>) =>
    setInput(before => ({ ...before, ...changed }));
  const save = useChange(
    (api, sent: Schemas['CampaignInput']) =>
      campaign
        ? value(
            api.PUT('/v1/campaigns/{campaign}', {
              params: { path: { campaign: campaign.id } },
              headers: ifSeen(campaign),
              body: sent,
            }),
          )
        : value(api.POST('/v1/campaigns', { body: sent })),
    {
      touches: [['campaigns']],
      becomes: campaign && ['campaigns', campaign.id],
      onDone,
    },
  );
  const refusal = refusalBesideRace(save.error, fields);
  return (
    <FormDialog
      open
      width={640}
      title={
        campaign
          ? t('scorecards.campaigns.form.editTitle')
          : t('scorecards.campaigns.form.beginTitle')
      }
      submit={campaign ? undefined : t('scorecards.campaigns.form.begin')}
      pending={save.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() => save.mutate(body)}
    >
      <LostRace
        error={save.error}
        keeps
        onReload={() => {
          setInput(over(input, inputOf(campaign), inputOf(props.campaign)));
          setCampaign(props.campaign);
          save.reset();
        }}
      >
        {campaign && props.campaign && (
          <Theirs before={campaign} after={props.campaign} />
        )}
      </LostRace>
      <TextField
        label={t('scorecards.campaigns.form.name')}
        isRequired
        value={input.name}
        onChange={name => set({ name })}
        {...faultAt(refusal, '/name')}
      />
      <Select
        label={t('scorecards.campaigns.form.scorecard')}
        selectionMode="single"
        isDisabled={campaign !== undefined}
        value={body.scorecard}
        onChange={chosen => set({ scorecard: String(chosen), checks: [] })}
        options={cards.map(of => ({ id: of.slug, label: of.name }))}
        {...faultAt(refusal, '/scorecard')}
      />
      <Select
        label={t('scorecards.campaigns.form.team')}
        selectionMode="single"
        value={body.team}
        onChange={chosen => set({ team: String(chosen) })}
        options={teams}
        {...faultAt(refusal, '/team')}
      />
      <div className={styles.scrolled}>
        <CheckboxGroup
          label={t('scorecards.campaigns.form.checks')}
          description={t('scorecards.campaigns.form.checksHelp')}
          orientation="vertical"
          value={input.checks}
          onChange={checks => set({ checks })}
          {...faultAt(refusal, '/checks')}
        >
          {(card?.checks ?? []).map(check => (
            <Checkbox key={check.id} value={check.id}>
              {check.title}
            </Checkbox>
          ))}
        </CheckboxGroup>
      </div>
      <DayField
        label={t('scorecards.campaigns.form.startsOn')}
        isDisabled={campaign !== undefined && campaign.state !== 'planned'}
        value={input.startsOn}
        onChange={startsOn => set({ startsOn })}
        fault={refusal.at('/startsOn')}
      />
      <DayField
        label={t('scorecards.campaigns.form.dueOn')}
        isRequired
        value={input.dueOn}
        onChange={dueOn => set({ dueOn })}
        fault={refusal.at('/dueOn')}
      />
      <TextAreaField
        label={t('scorecards.campaigns.form.why')}
        description={t('scorecards.campaigns.form.whyHelp')}
        isRequired
        value={input.why}
        onChange={why => set({ why })}
        {...faultAt(refusal, '/why')}
      />
      <TextField
        label={t('scorecards.campaigns.form.appliesTo')}
        description={t('scorecards.campaigns.form.appliesToHelp')}
        value={input.appliesTo ?? ''}
        onChange={appliesTo => set({ appliesTo })}
        {...faultAt(refusal, '/appliesTo')}
      />
      {me.data?.administrator && (
        <Checkbox
          isSelected={input.issues ?? false}
          onChange={issues => set({ issues })}
        >
          {t('scorecards.campaigns.form.issues')}
        </Checkbox>
      )}
    </FormDialog>
  );
}

/** What somebody else changed of a campaign since it was begun from. */
function Theirs(props: {
  before: Schemas['Campaign'];
  after: Schemas['Campaign'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { before, after } = props;
  const changed = (['name', 'checks', 'dueOn', 'why', 'appliesTo'] as const)
    .filter(of => String(before[of] ?? '') !== String(after[of] ?? ''))
    .map(of => [
      t(`scorecards.campaigns.form.${of}`),
      [after[of] ?? ''].flat().join(', '),
    ]);
  if (changed.length === 0) {
    return null;
  }
  return <Facts facts={changed.map(([name, now]) => [name, now] as const)} />;
}
