SELECT 'transfer:' || transfer.transfer AS subject, agreement.id AS fact
FROM transfer
JOIN membership ON membership.state = transfer.exporter_state
JOIN agreement ON agreement.state_b = transfer.stored_in
  AND agreement.state_a IN (transfer.exporter_state, membership.state_group)
JOIN p_decisions ON p_decisions.value = agreement.type
