-- The tables of which an artefact says that it holds every row there is.
SELECT DISTINCT name FROM (SELECT UNNEST(complete_for) AS name FROM reading) AS said
