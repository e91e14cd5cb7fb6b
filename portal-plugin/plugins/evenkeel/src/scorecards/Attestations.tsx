import { value, type Schemas } from '@evenkeel/client';
import {
  FormDialog,
  LostRace,
  More,
  RightButton,
  Row,
  Rows,
  Shown,
  Sub,
  belongs,
  day,
  faultAt,
  ifSeen,
  refusalBesideRace,
  useChange,
  useMe,
  usePages,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text, TextAreaField } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { valueText } from './evidence';

/** What people attest of a service that holds, and taking it back. */
export function Attestations(props: { service: Schemas['Service'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service } = props;
  const me = useMe();
  const [opened, setOpened] = useState<Schemas['Attestation']>();
  const attestations = usePages(
    ['attestations', service.slug],
    (api, after, signal) =>
      value(
        api.GET('/v1/services/{service}/attestations', {
          params: {
            path: { service: service.slug },
            query: { inForce: true, limit: 20, after },
          },
          signal,
        }),
      ),
  );
  const words = {
    yes: t('scorecards.panel.yes'),
    no: t('scorecards.panel.no'),
    days: (days: string) => t('scorecards.panel.days', { number: days }),
  };
  return (
    <div>
      <Text as="h3" variant="body-large" weight="bold">
        {t('scorecards.panel.attested')}
      </Text>
      <Shown what={t('scorecards.attest.what')} read={attestations}>
        {found =>
          found.length === 0 ? (
            <Sub>{t('scorecards.panel.none')}</Sub>
          ) : (
            <Rows label={t('scorecards.panel.attested')}>
              {found.map(a => (
                <Row
                  key={a.id}
                  sub={[
                    t('scorecards.attest.by', {
                      by: a.by,
                      until: day(a.expiresAt),
                    }),
                    a.note,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                  end={
                    <>
                      <Link href={a.evidence}>
                        {t('scorecards.attest.seen')}
                      </Link>
                      <RightButton
                        size="small"
                        variant="tertiary"
                        reason={
                          belongs(me.data, service.team.slug)
                            ? undefined
                            : t('scorecards.attest.withdrawWhy', {
                                team: service.team.slug,
                              })
                        }
                        onPress={() => setOpened(a)}
                      >
                        {t('scorecards.attest.withdraw')}
                      </RightButton>
                    </>
                  }
                >
                  <code>{a.fact}</code> {valueText(a, words)}
                </Row>
              ))}
            </Rows>
          )
        }
      </Shown>
      <More of={attestations} />
      {opened && (
        <Withdraw
          service={service.slug}
          attestation={
            attestations.data?.find(a => a.id === opened.id) ?? opened
          }
          onClose={() => setOpened(undefined)}
        />
      )}
    </div>
  );
}

function Withdraw(props: {
  service: string;
  /** As it is now. */
  attestation: Schemas['Attestation'];
  onClose: () => void;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { service, attestation, onClose } = props;
  // What is taken back is what was looked at, until its reader goes on from theirs.
  const [seen, setSeen] = useState(attestation);
  const [reason, setReason] = useState('');
  const path = { service, attestation: attestation.id };
  const withdraw = useChange(
    (api, body: Schemas['AttestationWithdrawal']) =>
      value(
        api.POST('/v1/services/{service}/attestations/{attestation}/withdraw', {
          params: { path },
          headers: ifSeen(seen),
          body,
        }),
      ),
    { touches: [['attestations', service], ['scorecards']], onDone: onClose },
  );
  const refusal = refusalBesideRace(withdraw.error, ['/reason']);
  return (
    <FormDialog
      open
      destructive
      title={t('scorecards.attest.withdrawTitle', { fact: attestation.fact })}
      submit={t('scorecards.attest.withdraw')}
      pending={withdraw.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() => withdraw.mutate({ reason })}
    >
      <LostRace
        error={withdraw.error}
        keeps
        onReload={() => {
          setSeen(attestation);
          withdraw.reset();
        }}
      />
      <TextAreaField
        label={t('scorecards.attest.withdrawReason')}
        isRequired
        value={reason}
        onChange={setReason}
        {...faultAt(refusal, '/reason')}
      />
    </FormDialog>
  );
}
