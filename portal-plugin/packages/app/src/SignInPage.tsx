import { ProxiedSignInPage } from '@backstage/core-components';
import type { IdentityApi } from '@backstage/frontend-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { Button, Card, CardBody, Container, Flex, Text } from '@backstage/ui';
import { people, teams } from 'trial';
import { useState } from 'react';

import styles from './SignInPage.module.css';

// Whoever was chosen stays so while the tab is open.
const CHOSEN = 'trial.person';

/** Lets whoever tries the portal enter as one of the sample people. For trials alone. */
export function TrialSignInPage({ onSignInSuccess }: SignInPageProps) {
  const [name, setName] = useState(sessionStorage.getItem(CHOSEN));
  if (name !== null) {
    return (
      <ProxiedSignInPage
        provider="trial"
        headers={{ 'X-Trial-Person': name }}
        onSignInSuccess={identity => onSignInSuccess(forgetting(identity))}
      />
    );
  }
  const enter = (person: string) => {
    sessionStorage.setItem(CHOSEN, person);
    setName(person);
  };
  return (
    <main>
      <Container>
        <Flex direction="column" gap="6" py="8" className={styles.page}>
          <Flex direction="column" gap="2">
            <Text as="h1" variant="title-medium">
              Try Evenkeel
            </Text>
            <Text as="p" color="secondary">
              Everything here is a sample. Choose who you are: people may change
              what belongs to their own team, and read the rest.
            </Text>
          </Flex>
          <PeopleByTeam onEnter={enter} />
        </Flex>
      </Container>
    </main>
  );
}

const groups = [
  ...teams,
  // Who is new.
  { slug: undefined, name: 'In no team yet' },
];

function PeopleByTeam({ onEnter }: { onEnter: (name: string) => void }) {
  return (
    <>
      {groups.map(team => {
        const members = people.filter(person => person.team === team.slug);
        return members.length === 0 ? null : (
          <Card key={team.name}>
            <CardBody>
              <Flex direction="column" gap="3">
                <Text as="h2" variant="title-x-small">
                  {team.name}
                </Text>
                <Flex gap="2" className={styles.people}>
                  {members.map(person => (
                    <Button
                      key={person.name}
                      variant="secondary"
                      onPress={() => onEnter(person.name)}
                    >
                      {`Enter as ${person.displayName}${
                        person.administrator ? ', administrator' : ''
                      }`}
                    </Button>
                  ))}
                </Flex>
              </Flex>
            </CardBody>
          </Card>
        );
      })}
    </>
  );
}

/** The identity, which is asked for anew after it is given up. */
function forgetting(identity: IdentityApi): IdentityApi {
  return {
    getBackstageIdentity: () => identity.getBackstageIdentity(),
    getCredentials: () => identity.getCredentials(),
    getProfileInfo: () => identity.getProfileInfo(),
    signOut: async () => {
      sessionStorage.removeItem(CHOSEN);
      await identity.signOut();
    },
  };
}
