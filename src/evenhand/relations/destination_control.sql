-- Who stands behind a destination: the owner of its name (`name`) and the operator of the network of
-- its address (`network`), each with the state of the ultimate owner, else of the owner; empty
-- where that is not known. A destination without a name has no row for one.
SELECT
  destination.id, 'name' AS how, domain_owner.owner,
  COALESCE(
    domain_owner.parent_state, domain_owner.home_state, name_owner.parent_state,
    name_owner.home_state
  ) AS state,
  COALESCE(domain_owner.id, name_owner.id) AS fact
FROM destination
LEFT JOIN name_owner ON name_owner.name = destination.host
LEFT JOIN domain_owner ON domain_owner.domain = name_owner.registered_as
WHERE destination.host IS NOT NULL AND NOT regexp_matches(destination.host, '^[0-9.]+$|:')
UNION ALL
SELECT
  destination.id, 'network' AS how, COALESCE(network_owner.owner, place.operator) AS owner,
  COALESCE(place.controlled_by, network_owner.parent_state, network_owner.home_state) AS state,
  COALESCE(network_owner.id, place.id) AS fact
FROM destination
LEFT JOIN place ON place.address = destination.address
LEFT JOIN network_owner ON network_owner.network = place.network
WHERE destination.address IS NOT NULL
