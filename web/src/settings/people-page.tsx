import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { InvitationList, useInvitations } from './invitation-list.tsx'
import { Invite } from './invite.tsx'
import { PeopleList } from './people-list.tsx'
import { Section } from './section.tsx'

export function PeoplePage() {
  const invitations = useInvitations()
  const [inviting, invite] = useDisclosure(false)
  return (
    <>
      <Section
        title="Accounts"
        action={
          <Button leftSection={<IconPlus size={16} />} onClick={invite.open}>
            Invite somebody
          </Button>
        }
      >
        <PeopleList />
      </Section>
      <InvitationList pages={invitations} />
      <Invite opened={inviting} onInvited={invitations.again} onClose={invite.close} />
    </>
  )
}
