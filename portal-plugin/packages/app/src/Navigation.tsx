import {
  Sidebar,
  SidebarDivider,
  SidebarGroup,
  SidebarItem,
  SidebarScrollWrapper,
  SidebarSpace,
} from '@backstage/core-components';
import type { NavContentComponentProps } from '@backstage/plugin-app-react';
import { SidebarSearchModal } from '@backstage/plugin-search';
import { NotificationsSidebarItem } from '@backstage/plugin-notifications';
import { RiMenuLine, RiSearchLine } from '@remixicon/react';

/** What stands at the side: Evenkeel first, and what everybody needs below. */
export function Navigation({ navItems }: NavContentComponentProps) {
  const items = navItems.withComponent(({ icon, title, href }) => (
    <SidebarItem icon={() => icon} to={href} text={title} />
  ));
  navItems.take('page:search'); // the field above the items is that
  navItems.take('page:notifications');
  const settings = items.take('page:user-settings');
  return (
    <Sidebar>
      <SidebarGroup label="Search" icon={<RiSearchLine />} to="/search">
        <SidebarSearchModal />
      </SidebarGroup>
      <SidebarDivider />
      <SidebarGroup label="Menu" icon={<RiMenuLine />}>
        {items.take('page:evenkeel')}
        {items.take('page:catalog')}
        <SidebarScrollWrapper>
          {items.rest({ sortBy: 'title' })}
        </SidebarScrollWrapper>
      </SidebarGroup>
      <SidebarSpace />
      <SidebarDivider />
      <NotificationsSidebarItem />
      {settings}
    </Sidebar>
  );
}
