"""What the sample's two rulebooks and its checks say; paraphrased, shortened.

Spec: DESIGN (A check, a rulebook).
"""

from __future__ import annotations

from datetime import date

from evenhand.judge.result import CheckText, ClauseText

GIDS, CLEAN = "gids-2020", "clean-network-2020"
MEASURE = "measures/grounded_in_evidence"
SUPPLY = "measures/supply_kept_open"
GROUND = "personal_data/collected_with_a_ground"
HOME = "storage/kept_at_home_only_by_choice"
PERMIT = "access/permitted_by_the_state_where_data_are"
ASSIST = "access/runs_through_judicial_assistance"
THIRD = "access/agreement_spares_third_states"
ACCESS = "access/no_undisclosed_access"
UPGRADE = "updates/users_may_refuse"
NOTICE = "vulnerabilities/users_told_in_time"
REMEDY = "vulnerabilities/remedy_offered"
LISTED = "parties/not_on_a_list"
REACH = "traffic/out_of_reach_of_listed_states"

CHECKS = (
    CheckText(PERMIT, "Data located in a state are not demanded from a company or person without "
              "that state's permission.", "demand", "Send the demand through judicial assistance, "
              "or obtain the other state's permission.", "a permission that no one recorded"),
    CheckText(ASSIST, "A law-enforcement demand for data abroad runs through judicial assistance "
              "or an agreement in force.", "demand", "Withdraw the demand and send it through the "
              "central authority.", "an agreement that no list holds"),
    CheckText(THIRD, "An agreement between two states is not used to reach data located in a "
              "third.", "demand", "Ask the third state.", "agreements that are not published"),
    CheckText(ACCESS, "The product holds no access that its papers do not disclose.", "product",
              "Remove the access, or document it and let its owner switch it off.",
              "that there is no hidden access: a static reader can only show that there is one"),
    CheckText(UPGRADE, "Users may refuse an upgrade or put it off.", "release",
              "Offer the release as a choice, and keep the old version working.",
              "pressure that leaves no trace in a release"),
    CheckText(NOTICE, "Users are told of a serious vulnerability in good time.", "vulnerability",
              "Publish an advisory.", "notices sent in private"),
    CheckText(REMEDY, "A remedy is offered for a serious vulnerability.", "vulnerability",
              "Publish a fix or a way round.", "remedies offered in private"),
    CheckText(GROUND, "Personal data of another state's citizens are not collected without a "
              "ground.", "data_field", "Record the ground, or stop collecting the field.",
              "what a state does with data that it obtained elsewhere"),
    CheckText(MEASURE, "A security measure rests on evidence about the product, vendor or flow.",
              "measure", "Publish the evidence that the measure rests on.",
              "evidence that is kept secret"),
    CheckText(SUPPLY, "Supply is not closed without such grounds.", "measure",
              "State the grounds, or reopen supply.", "pressure that is not a public measure"),
    CheckText(HOME, "A state does not require its own companies to keep overseas data at home.",
              "measure", "Repeal the duty for data obtained abroad.", "unwritten demands"),
    CheckText(LISTED, "No party is of a state, or of a name, that the rulebook lists.", "party",
              "Replace the party, or ask for its removal from the list.",
              "owners behind the owners"),
    CheckText(REACH, "Sensitive data are out of reach of listed states.", "destination",
              "Serve the product from elsewhere, or encrypt with keys held by the user.",
              "where a machine stands, if only the registry is known"),
)  # fmt: skip

# clause, title, says, addressee, checks, why it cannot be decided
CLAUSES = [
    (GIDS, "1a", "Measures rest on evidence", "A state's security measure against a product, "
     "vendor or flow rests on evidence about it.", "state", (MEASURE,), None),
    (GIDS, "1b", "Supply stays open", "The supply of products and services is not closed or made "
     "unstable without such grounds.", "state", (SUPPLY,), None),
    (GIDS, "2a", "No attack on infrastructure", "A state does not use technology to damage "
     "another state's critical infrastructure.", "state", (), "the act of a state"),
    (GIDS, "2b", "No theft of important data", "A state does not use technology to steal another "
     "state's important data.", "state", (), "the act of a state"),
    (GIDS, "2c", "No harm by data", "A state does not use technology or such data to harm another "
     "state's security or public interest.", "state", (), "the act of a state"),
    (GIDS, "3a", "Infringements are stopped", "A state prevents and ends infringements of "
     "personal information.", "state", (), "the act of a state"),
    (GIDS, "3b", "No mass surveillance", "A state does not conduct mass surveillance of another "
     "state.", "state", (), "the act of a state"),
    (GIDS, "3c", "No unlawful collection", "A state does not collect personal information of "
     "another state's citizens without authority.", "state", (GROUND,), None),
    (GIDS, "4a", "Host-state law is followed", "A company follows the law of the state in which "
     "it operates.", "company", (), "the law of every host state, which no list holds"),
    (GIDS, "4b", "No storing at home by order", "A state does not require its own companies to "
     "keep data obtained abroad in its territory.", "state", (HOME,), None),
    (GIDS, "5a", "No direct taking abroad", "A state does not obtain data located in another "
     "state from companies or persons without that state's permission.", "state", (PERMIT,), None),
    (GIDS, "6a", "Judicial assistance first", "A state that needs overseas data for law "
     "enforcement gets them through judicial assistance or an agreement.", "state", (ASSIST,),
     None),
    (GIDS, "6b", "Third states are spared", "A bilateral agreement on access to data does not "
     "impair a third state's judicial sovereignty or data security.", "state", (THIRD,), None),
    (GIDS, "7a", "No undisclosed access", "A provider builds no undisclosed access into its "
     "products or services.", "provider", (ACCESS,), None),
    (GIDS, "7b", "No unlawful purpose", "A provider puts no access into its products in order to "
     "take data unlawfully or to control users' systems.", "provider", (), "intent"),
    (GIDS, "8a", "No forced upgrades", "A company does not force users to upgrade and draws no "
     "illegitimate gain from their dependence.", "company", (UPGRADE,), None),
    (GIDS, "8b", "Timely notice", "A provider tells partners and users of serious "
     "vulnerabilities in good time.", "provider", (NOTICE,), None),
    (GIDS, "8c", "A remedy is offered", "A provider offers a remedy for serious "
     "vulnerabilities.", "provider", (REMEDY,), None),
    (CLEAN, "carrier", "Clean Carrier", "Carriers that are not trusted do not connect to the "
     "network.", "carrier", (LISTED,), None),
    (CLEAN, "store", "Clean Store", "Apps that are not trusted are taken out of the app stores.",
     "app store", (LISTED,), None),
    (CLEAN, "apps", "Clean Apps", "Makers that are not trusted do not offer trusted apps on "
     "their phones or in their stores.", "app owner", (LISTED,), None),
    (CLEAN, "cloud", "Clean Cloud", "Sensitive personal data and valuable intellectual property "
     "are not kept where foreign adversaries can reach them.", "company", (REACH,), None),
    (CLEAN, "cable", "Clean Cable", "Undersea cables are not built or run so that intelligence "
     "could be gathered from them.", "operator", (), "cables"),
    (CLEAN, "path", "Clean Path", "A path into diplomatic facilities uses no equipment of "
     "vendors that are not trusted.", "carrier", (LISTED,), None),
]  # fmt: skip

TEXTS = tuple(
    ClauseText(
        book,
        clause,
        title,
        says,
        addressee,
        False,
        date(2020, 9, 8) if book == GIDS else date(2020, 8, 5),
        f"law/{'initiative' if book == GIDS else 'clean_network'}.yaml#{clause}",
        checks,
        f"artefacts cannot show {why}" if why else None,
    )
    for book, clause, title, says, addressee, checks, why in CLAUSES
)
